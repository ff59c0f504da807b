"""Figures in the forms of other systems, judged by models that are not ours."""

import datetime
import json
import re
import xml.etree.ElementTree as XML

import pytest
from conftest import CAMPAIGN, run
from fhir.resources.R4B.measurereport import MeasureReport
from standings import EMPTY, KNOWN, NEVER, SILENT, STALE, UNITS, every_standing

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    aggregator = every_standing(tmp_path_factory.mktemp("district"))
    yield aggregator
    aggregator.kill()


def export(district, form, *more, check=True):
    return run("export", form, "--config", district.config, *more, check=check)


def served(district, path):
    status, text, headers = district.fetch(path)
    assert status == 200, text
    return text, headers["content-type"]


# What DHIS2's import reads of a data value set, and of a value in it; anything else it passes over without a word.
SET_KEYS = {"dataSet", "completeDate", "period", "orgUnit", "attributeOptionCombo", "dataSetIdScheme", "dataElementIdScheme",
            "orgUnitIdScheme", "categoryOptionComboIdScheme", "attributeOptionComboIdScheme", "dataValues"}
VALUE_KEYS = {"dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "comment", "followUp",
              "deleted"}


def traps(document):
    """Rules of DHIS2's import that it answers late, or never."""
    assert set(document) <= SET_KEYS, "followup, storedBy, created and the like are not read"
    assert re.fullmatch(r"\d{8}", document["period"]), "the finest period is the day"
    datetime.datetime.strptime(document["period"], "%Y%m%d")
    assert document["attributeOptionCombo"] == CAMPAIGN, "the round"
    if "completeDate" in document:
        assert {"dataSet", "period", "orgUnit", "attributeOptionCombo"} <= set(document), "E8009"
        datetime.date.fromisoformat(document["completeDate"])
    seen = set()
    for value in document["dataValues"]:
        assert set(value) <= VALUE_KEYS
        assert ("orgUnit" in value) != ("orgUnit" in document), "a key of the set wins over the value's"
        key = value.get("orgUnit", document.get("orgUnit")), value["dataElement"], value["categoryOptionCombo"]
        assert key not in seen, "two values of one key"
        seen.add(key)
        if value.get("deleted"):
            assert value["deleted"] is True and "value" not in value
        else:
            assert isinstance(value["value"], str) and re.fullmatch(r"0|[1-9]\d*", value["value"])
        assert value.get("followUp", True) is True
    return {(unit, element): next(v for v in document["dataValues"] if (v.get("orgUnit", document.get("orgUnit")), v["dataElement"]) == (unit, element))
            for unit, element, _ in seen}


def test_dhis2(district):
    document = json.loads(export(district, "dhis2").stdout)
    values = traps(document)
    assert {unit for unit, _ in values} == set(UNITS) and "completeDate" not in document
    assert {document[key] for key in document if key.endswith("Scheme")} == {"CODE"}
    done = {unit: values[unit, "SURVEY_COMPLETION_NUMERATOR"] for unit in UNITS}
    assert done[KNOWN]["value"] == "6" and done[EMPTY]["value"] == "0"
    assert re.search(rf"asof={MOMENT};rule=1", done[KNOWN]["comment"])
    for unit in (STALE, SILENT, NEVER):
        mine = [value for (code, _), value in values.items() if code == unit]
        assert mine and all(value.get("deleted") and "value" not in value for value in mine), "never an old number as if current"
    assert values[KNOWN, "VOLUNTEERS_SHORT"]["value"] == "1"
    text, kind = served(district, "/v1/export/dhis2.json")
    assert kind.startswith("application/json")
    assert {(v["orgUnit"], v["dataElement"], v.get("value")) for v in json.loads(text)["dataValues"]} == {
        (v["orgUnit"], v["dataElement"], v.get("value")) for v in document["dataValues"]}


def test_dhis2_of_one_unit_says_when_it_is_complete(district):
    for unit, complete in ((KNOWN, True), (STALE, False)):
        document = json.loads(export(district, "dhis2", "--division", unit).stdout)
        traps(document)
        assert document["orgUnit"] == unit and ("completeDate" in document) == complete
    city = json.loads(export(district, "dhis2", "--level", "city").stdout)
    traps(city)
    assert all(value.get("deleted") for value in city["dataValues"] if value["dataElement"].startswith("SURVEY")), "a part is no total"


def test_dhis2_is_told_which_units_are_complete(district):
    document = json.loads(export(district, "dhis2", "--completeness").stdout)
    assert set(document) == {"completeDataSetRegistrations", "dataSetIdScheme", "orgUnitIdScheme", "attributeOptionComboIdScheme"}
    said = {}
    for one in document["completeDataSetRegistrations"]:
        assert set(one) == {"dataSet", "period", "organisationUnit", "attributeOptionCombo", "date", "completed"}, "not orgUnit"
        assert (one["period"], one["attributeOptionCombo"]) == ("20220406", CAMPAIGN) and datetime.date.fromisoformat(one["date"])
        said[one["organisationUnit"]] = one["completed"]
    assert said == {KNOWN: True, EMPTY: False, STALE: False, SILENT: False, NEVER: False}
    assert json.loads(served(district, "/v1/export/dhis2-complete.json")[0])["completeDataSetRegistrations"]


def test_identifiers_of_another_system(district, tmp_path):
    table = tmp_path / "map.csv"
    known = dict(zip(UNITS, ("aaaaaaaaaa1", "aaaaaaaaaa2", "aaaaaaaaaa3", "aaaaaaaaaa4", "aaaaaaaaaa5")))
    table.write_text("kind,code,id\n" + "".join(f"orgUnit,{code},{mapped}\n" for code, mapped in known.items()))
    document = json.loads(export(district, "dhis2", "--map", table).stdout)
    traps(document)
    assert document["orgUnitIdScheme"] == "UID" and document["dataElementIdScheme"] == "CODE"
    assert {value["orgUnit"] for value in document["dataValues"]} == set(known.values())
    groups = XML.fromstring(export(district, "adx", "--map", table).stdout.encode())
    assert {group.get("orgUnit") for group in groups} == {known[KNOWN], known[EMPTY]}
    for text, said in ((table.read_text().replace(f"orgUnit,{NEVER}", "orgUnit,x"), NEVER), ("kind,code\n", "kind,code,id"),
                       ("kind,code,id\nhouse,x,y\n", "line 2")):
        table.write_text(text)
        refused = export(district, "dhis2", "--map", table, check=False)
        assert refused.returncode == 1 and said in refused.stderr, refused


def test_adx(district):
    """IHE QRPH ADX: adx[@exported] > group[@orgUnit @period @dataSet] > dataValue[@dataElement @value decimal], one at least."""
    text = export(district, "adx").stdout
    root = XML.fromstring(text.encode())
    space = "{urn:ihe:qrph:adx:2015}"
    assert root.tag == space + "adx" and re.fullmatch(MOMENT, root.get("exported")) and set(root.attrib) == {"exported"}
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    values = {}
    for group in root:
        assert group.tag == space + "group" and len(group) > 0, "a group holds a value"
        assert {"orgUnit", "period", "dataSet", "attributeOptionCombo"} <= set(group.attrib) <= {
            "orgUnit", "period", "dataSet", "attributeOptionCombo", "completeDate"}
        assert re.fullmatch(r"2022-04-06/P1D", group.get("period")) and group.get("attributeOptionCombo") == CAMPAIGN
        for value in group:
            assert value.tag == space + "dataValue" and set(value.attrib) == {"dataElement", "value"}
            assert re.fullmatch(r"\d+", value.get("value"))
            key = group.get("orgUnit"), value.get("dataElement")
            assert key not in values
            values[key] = value.get("value")
    assert {unit for unit, _ in values} == {KNOWN, EMPTY}, "what isn't known isn't there"
    assert values[KNOWN, "SURVEY_COMPLETION_NUMERATOR"] == "6" and values[EMPTY, "SURVEY_COMPLETION_DENOMINATOR"] == "0"
    complete = {group.get("orgUnit") for group in root if group.get("completeDate")}
    assert complete == {KNOWN}, "nothing was said of volunteers at the other, which belong to the data set"
    assert served(district, "/v1/export/adx.xml")[1].startswith("application/xml")


def code(concept):
    return concept.coding[0].code


def counts(element):
    """By part, None where the reason stands in the place of the number."""
    found = {}
    for population in element.population:
        system = {coding.system: coding.code for coding in population.code.coding}
        part = system["http://terminology.hl7.org/CodeSystem/measure-population"]
        found[part] = population.count
        if population.count is None:
            assert [extension.url for extension in population.count__ext.extension] == [ABSENT]
    return found


def score(element):
    value = element.measureScore
    if value.value is None:
        return value.value__ext.extension[0].valueCode
    assert (value.system, value.code) == ("http://unitsofmeasure.org", "1")
    return float(value.value)


def report(text):
    """Against the model of FHIR R4B, and what the profiles of mADX and SANER add."""
    raw = json.loads(text)
    parsed = MeasureReport.model_validate(raw)
    assert (parsed.type, bool(parsed.group), bool(parsed.improvementNotation)) == ("summary", True, True)
    assert parsed.measure.count("|") == 1 and parsed.reporter.identifier.value
    assert parsed.subject.type == "Location" and parsed.subject.identifier.value
    for moment in (raw["date"], raw["period"]["start"], raw["period"]["end"]):
        assert re.fullmatch(MOMENT, moment)
    for group in parsed.group:
        assert group.code.coding[0].code
        counts(group)
        for stratifier in group.stratifier or []:
            assert len(stratifier.code) == 1 and stratifier.stratum
            for stratum in stratifier.stratum:
                assert stratum.component and stratum.value is None and stratum.measureScore
                counts(stratum)
    return parsed


def test_fhir(district):
    parsed = report(export(district, "fhir", "--level", "unit", "--base", "https://health.example/fhir").stdout)
    assert parsed.status == "pending" and parsed.subject.identifier.system == "https://health.example/fhir/place"
    groups = {code(group.code): group for group in parsed.group}
    assert set(groups) == {"survey.completion", "survey.contact", "survey.tested", "reporting.completeness"}
    whole = groups["survey.completion"]
    assert counts(whole) == {"numerator": 6, "denominator": 8} and score(whole) == "unknown", "a part has no rate of the whole"
    bounds = next(e.valueRange for e in whole.extension if e.url.endswith("/bounds"))
    assert (float(bounds.low.value), float(bounds.high.value)) == (0.146, 0.952)
    assert counts(groups["reporting.completeness"]) == {"numerator": 2, "denominator": 5}
    strata = {code(stratum.component[0].value): stratum for stratum in whole.stratifier[0].stratum}
    assert set(strata) == set(UNITS)
    assert (counts(strata[KNOWN]), score(strata[KNOWN])) == ({"numerator": 6, "denominator": 8}, 0.75)
    assert (counts(strata[EMPTY]), score(strata[EMPTY])) == ({"numerator": 0, "denominator": 0}, "not-applicable")
    for unit in (STALE, SILENT, NEVER):
        assert (counts(strata[unit]), score(strata[unit])) == ({"numerator": None, "denominator": None}, "unknown")
    last = [e.valueRatio for e in strata[STALE].extension if e.url.endswith("/last-known")]
    assert [(int(r.numerator.value), int(r.denominator.value)) for r in last] == [(19, 20)]
    assert not [e for e in strata[NEVER].extension if e.url.endswith("/last-known")]


def test_fhir_of_one_unit_is_complete_only_if_it_is(district):
    for unit, status in ((KNOWN, "complete"), (EMPTY, "complete"), (STALE, "pending"), (SILENT, "pending"), (NEVER, "pending")):
        text, kind = served(district, f"/v1/export/fhir.json?division={unit}")
        parsed = report(text)
        assert (parsed.status, parsed.subject.identifier.value) == (status, unit) and kind.startswith("application/fhir+json")
        assert not parsed.group[0].stratifier


def test_csv_is_what_is_served(district, tmp_path):
    export(district, "csv", "--level", "unit", "--fields", "units", "--to", tmp_path / "out.csv")
    text, kind = served(district, "/v1/stats.csv?level=unit&fields=units")
    assert kind.startswith("text/csv")
    drop = lambda lines: [re.sub(MOMENT, "-", line) for line in lines.decode().splitlines()]
    assert drop((tmp_path / "out.csv").read_bytes()) == drop(text)
    refused = export(district, "csv", "--level", "house", check=False)
    assert refused.returncode == 1 and "level= takes one of" in refused.stderr
