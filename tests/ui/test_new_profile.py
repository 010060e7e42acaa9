"""A new profile in four questions, from the start page or from the choice of profiles."""

from app_pages import errors, opened, texts
from streamlit.testing.v1 import AppTest

from icp_core.profiles.model import Choice, PerEmployee, Profile, Range


def profile_of(app: AppTest) -> Profile:
    profile: Profile = app.session_state["view"].profile
    return profile


def test_four_answers_make_a_profile_that_undo_takes_back() -> None:
    app = opened(dataset="demo")
    before = profile_of(app)
    app.button(key="start_new").click().run()
    assert app.button(key="new_create").disabled
    app.multiselect(key="new_industries").select("62").run()
    assert "match so far" in texts(app)
    app.button_group(key="new_countries").select("SE").run()
    app.number_input(key="new_least").set_value(20).run()
    app.number_input(key="new_most").set_value(200).run()
    app.number_input(key="new_worth").set_value(400).run()
    app.text_input(key="new_offer").set_value(" Payroll ").run()
    app.button(key="new_create").click().run()
    app.switch_page("pages/1_Builder.py").run()
    assert not app.exception
    assert not errors(app)
    made = profile_of(app)
    assert [one.fit for one in made.criteria] == [
        Choice.of("62"),
        Choice.of("SE"),
        Range.between(20, 200),
    ]
    assert (made.offer, made.potential) == ("Payroll", PerEmployee(rate=400))
    assert "Sweden" in made.name
    app.button(key="undo").click().run()
    assert profile_of(app) == before


def test_the_choice_of_profiles_offers_a_new_one_and_keeps_the_one_that_is_open() -> None:
    app = opened("pages/2_Market.py", dataset="demo")
    before = profile_of(app)
    app.selectbox(key="shown_profile").select("new").run()
    assert app.button(key="new_create").disabled
    assert profile_of(app) == before
    assert app.selectbox(key="shown_profile").value == "nordic-software"


def test_a_list_without_industries_places_or_sizes_says_so(tmp_path, monkeypatch) -> None:
    file = tmp_path / "bare.csv"
    file.write_text("name\n" + "\n".join(f"Exempel {i} AB" for i in range(20)))
    monkeypatch.setenv("ICP_DATASETS", str(file))
    app = opened(dataset=str(file), profile="suggested")
    app.button(key="start_new").click().run()
    assert not app.exception
    assert "tells no industries" in texts(app)
    assert "tells no places" in texts(app)
    assert "tells no sizes" in texts(app)
    app.text_input(key="new_name_").set_value("Everybody").run()
    assert not app.button(key="new_create").disabled
