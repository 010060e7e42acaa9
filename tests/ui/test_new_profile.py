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


def test_areas_are_choices_and_counts_follow_the_answers_before() -> None:
    app = opened(dataset="demo")
    app.button(key="start_new").click().run()
    everywhere = app.multiselect(key="new_regions").options
    assert any(one.startswith("Øresund (Øresundsregionen) · ") for one in everywhere)
    app.multiselect(key="new_regions").select("Southern Sweden (Sydsverige)").run()
    app.multiselect(key="new_industries").select("62").run()
    # The choice stays, although its label counts fewer now.
    assert app.multiselect(key="new_regions").value == ["Southern Sweden (Sydsverige)"]
    assert app.multiselect(key="new_regions").options[0] != everywhere[0]
    assert app.text_input(key="new_name").value.endswith(", Southern Sweden")
    app.button_group(key="new_countries").select("DK").run()
    assert app.multiselect(key="new_regions").value == []
    app.button_group(key="new_countries").unselect("DK").run()
    app.button(key="new_create").click().run()
    industries, where = profile_of(app).criteria
    assert industries.fit == Choice.of("62")
    assert where.fit == Choice.of("SE-06", "SE-07", "SE-08", "SE-10", "SE-12", "SE-13")


def test_answers_stay_when_the_dialog_is_closed_until_a_profile_is_made_or_they_are_cleared() -> (
    None
):
    app = opened(dataset="demo")
    app.button(key="start_new").click().run()
    app.multiselect(key="new_industries").select("62").run()
    app.number_input(key="new_least").set_value(20).run()
    app.number_input(key="new_most").set_value(5).run()
    assert any("taken as 5–20" in one.value for one in app.caption)
    app.text_input(key="new_name").set_value("Mine").run()
    app.session_state["dialog"] = None
    app.switch_page("pages/2_Market.py").run()
    app.selectbox(key="shown_profile").select("new").run()
    assert app.multiselect(key="new_industries").value == ["62"]
    assert app.number_input(key="new_least").value == 20
    assert app.text_input(key="new_name").value == "Mine"
    app.button(key="new_clear").click().run()
    assert app.multiselect(key="new_industries").value == []
    assert app.button(key="new_create").disabled


def test_a_starter_or_the_best_customers_are_other_ways_to_begin() -> None:
    app = opened(dataset="demo", profile="suggested")
    app.button(key="start_new").click().run()
    assert any(one.key == "new_learn" for one in app.button)
    app.selectbox(key="new_starter").select("nordic-software").run()
    assert not app.exception
    assert app.session_state["view"].starter == "nordic-software"
    assert not any(one.key == "new_create" for one in app.button)


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
    app.text_input(key="new_name").set_value("Everybody").run()
    assert not app.button(key="new_create").disabled
