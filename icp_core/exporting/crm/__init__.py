"""Files that carry a plan of territories into a CRM, each with a report on what is lacking and left."""

from icp_core.exporting.crm.files import CRMS, CrmFile, CrmFiles, CrmReport
from icp_core.exporting.crm.planned import planned
from icp_core.exporting.crm.salesforce import Where
from icp_core.exporting.crm.write import crm_files

__all__ = ["CRMS", "CrmFile", "CrmFiles", "CrmReport", "Where", "crm_files", "planned"]
