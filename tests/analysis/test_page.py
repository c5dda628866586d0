"""The report as a reader has it, in a real browser: sorting, filtering, a run's details, a phone, and --watch."""

import json
import re
import subprocess
import sys
import time

import browser
import pytest
from conftest import HERE

from analysis.__main__ import main


@pytest.fixture
def driver():
    browser.skip_without()
    driver = browser.opened()
    yield driver
    driver.quit()


@pytest.fixture
def sweep(write_run, tmp_path):
    """Ten runs whose order as texts is not that of their numbers, one of them diverged."""
    for number, value in enumerate((10, 9, 100, 2, 33, 1, 7, 64, 5)):
        rows = {0: {"test_accuracy": 0.1}, 5: {"train_loss": 1, "test_accuracy": value / 1000}}
        rule = "median" if number % 2 else "mean"
        path = write_run(f"run{number}", rows, {"rule": rule, "factor": value, "seed": 0})
        (path / "config.json").write_text(json.dumps({"name": "made", "factor": value}))
    write_run("broken", {0: {}})
    (tmp_path / "made" / "broken" / "metrics.csv").write_text("")
    return tmp_path / "made"


def shown(driver, column):
    """Texts of a column, from the top, of the rows that are to be seen."""
    # In one go, for a watched page may load itself anew at any moment.
    return driver.execute_script("""
      const heads = Array.from(document.querySelectorAll("#runs th"), (head) => head.textContent);
      const rows = Array.from(document.querySelectorAll("#runs tbody tr")).filter((row) => row.checkVisibility());
      return rows.map((row) => row.cells[heads.indexOf(arguments[0])].textContent);
    """, column)


def head(driver, column):
    [found] = [button for button in driver.find_elements("css selector", "#runs th button") if button.text == column]
    return found


def opened(driver, folder):
    assert main(["report", str(folder)]) == 0
    driver.get((folder / "report.html").as_uri())


def test_a_click_on_a_head_sorts_by_number_and_again_the_other_way(driver, sweep):
    opened(driver, sweep)
    head(driver, "factor").click()
    rising = ["1", "2", "5", "7", "9", "10", "33", "64", "100"]
    assert shown(driver, "factor") == [*rising, ""]
    head(driver, "factor").click()
    assert shown(driver, "factor") == [*rising[::-1], ""]
    assert driver.find_element("css selector", "th[aria-sort=descending]").text == "factor"
    head(driver, "rule").click()
    assert shown(driver, "rule") == ["mean"] * 5 + ["median"] * 4 + [""]
    # Within a rule the order is the page's own, whatever was clicked before.
    assert shown(driver, "factor")[:5] == ["5", "7", "10", "33", "100"]
    assert browser.said(driver) == []


@pytest.mark.parametrize("typed, factors", [
    ("median", ["1", "2", "9", "64"]),
    ("rule=mean factor>20", ["33", "100"]),
    ("test_accuracy<0.006", ["1", "2", "5"]),
    ("MEDIAN 64", ["64"]),
    ("nothing like it", []),
    ("unreadable", [""]),
])
def test_the_filter(driver, sweep, typed, factors):
    opened(driver, sweep)
    head(driver, "factor").click()
    driver.find_element("id", "filter").send_keys(typed)
    assert shown(driver, "factor") == factors
    assert driver.find_element("id", "count").text == f"{len(factors)} of 10 runs"
    assert browser.said(driver) == []


def test_what_was_sorted_and_filtered_stays_after_a_reload(driver, sweep):
    opened(driver, sweep)
    head(driver, "factor").click()
    driver.find_element("id", "filter").send_keys("mean")
    driver.refresh()
    assert shown(driver, "factor") == ["5", "7", "10", "33", "100"]


def test_a_click_on_a_run_shows_its_config_and_what_is_wrong_with_it(driver, sweep):
    opened(driver, sweep)
    driver.find_element("id", "filter").send_keys("factor=33")
    [button] = [button for button in driver.find_elements("css selector", "tbody button") if button.is_displayed()]
    button.click()
    wait(lambda: '"factor": 33' in driver.find_element("css selector", "dialog .config").text)
    driver.find_element("css selector", "dialog form button").click()
    filter_field = driver.find_element("id", "filter")
    filter_field.clear()
    filter_field.send_keys("broken")
    [button] = [button for button in driver.find_elements("css selector", "tbody button") if button.is_displayed()]
    button.click()
    wait(lambda: driver.find_element("css selector", "dialog .reason").text == "metrics.csv has no rows")
    assert browser.said(driver) == []


def test_a_phone_need_not_scroll_the_page_sideways(driver, sweep):
    opened(driver, sweep)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": 360, "height": 800, "deviceScaleFactor": 2, "mobile": True})
    assert driver.execute_script("return [innerWidth, document.documentElement.scrollWidth]") == [360, 360]


def test_the_committed_runs(driver, stored):
    opened(driver, stored("rules"))
    head(driver, "test accuracy").click()
    found = [float(text) for text in shown(driver, "test accuracy") if text]
    assert found == sorted(found) and len(found) == 5
    fonts = driver.execute_async_script("document.fonts.ready.then(f => arguments[0]([...f].map(x => x.status)))")
    assert "loaded" in fonts and browser.said(driver) == []


def wait(done, seconds=20):
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


@pytest.fixture
def served(sweep):
    """`report --watch` in a process of its own, and its address."""
    server = subprocess.Popen([sys.executable, "-m", "analysis", "report", str(sweep), "--watch", "--port", "0"],
                              cwd=HERE.parents[1], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    address = re.match(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
    assert address, "it did not start"
    yield server, address.group()
    server.terminate()
    server.wait()


def test_a_watched_page_shows_a_run_that_ends_meanwhile(driver, served, sweep, write_run):
    _, address = served
    driver.get(address)
    driver.find_element("id", "filter").send_keys("mean")
    driver.execute_script("document.activeElement.blur()")
    assert len(shown(driver, "factor")) == 5
    write_run("new", {0: {"test_accuracy": 0.1}, 5: {"test_accuracy": 0.9}}, {"rule": "mean", "factor": 77})
    wait(lambda: "77" in driver.page_source, 60)
    wait(lambda: shown(driver, "factor").count("77") == 1)
    assert len(shown(driver, "factor")) == 6  # the filter is still there
    assert browser.said(driver) == []


def test_the_server_gives_nothing_but_the_page_and_ends_by_interrupt(served):
    import signal
    import urllib.error
    import urllib.request

    server, address = served
    with urllib.request.urlopen(address) as answer:
        assert answer.headers["Content-Type"].startswith("text/html") and b"<h1>made</h1>" in answer.read()
    for path in ("run0/manifest.json", "../../etc/passwd"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(address + path)
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=20) == 0


def test_a_port_that_is_taken_is_told(served, sweep, capsys):
    port = served[1].rstrip("/").rpartition(":")[2]
    assert main(["report", str(sweep), "--watch", "--port", port]) == 2
    assert f"port {port} cannot be used (Address already in use); --port 0" in capsys.readouterr().err


def test_watching_an_empty_folder_begins_with_an_empty_page(tmp_path):
    from types import SimpleNamespace

    from analysis.report import page_of

    asked = SimpleNamespace(folder=tmp_path, only=[], title=None)
    text, version = page_of(asked, None, live=True)
    assert "No run has begun yet." in text and f'data-version="{version}"' in text
