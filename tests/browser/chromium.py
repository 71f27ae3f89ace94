"""Chromium without a window, for pages on this machine."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.local.patience import HTTP_SECONDS

HOW_TO_INSTALL = (
    "Chromium and its driver are not installed; on Debian: apt-get install -y chromium chromium-driver"
)
FLAGS = (
    "--headless",
    "--no-sandbox",  # containers run it as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--hide-scrollbars",
)


def installed() -> bool:
    """Tell whether there is a Chromium to start."""
    return all(map(shutil.which, ("chromium", "chromedriver")))


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Start Chromium with a new profile, and stop it."""
    with tempfile.TemporaryDirectory(prefix="alerting-browser-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        # A driver that is named is not looked for, and so not downloaded.
        browser = Chrome(options, ChromeService(shutil.which("chromedriver")))
        browser.set_script_timeout(HTTP_SECONDS)
        try:
            yield browser
        finally:
            browser.quit()


def set_window(browser: Chrome, width: int, height: int, *, dark: bool = False, scale: float = 1) -> None:
    """Show pages as on a window or telephone of that size, in CSS pixels, by day or by night."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
