"""The site that tests run on, made before Django reads its settings (addopts: -p tests.home)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

CONFIG = """
[publication]
name = "The Harbour Review"
url = "https://harbour.example.org"
tagline = "Tides, trades and towns"
language = "en"
timezone = "Europe/Berlin"
postal_address = "1 Quay Street, 12345 Port Example"
contact = "hello@harbour.example.org"

[publication.follow]
Mastodon = "https://social.example/@harbour"
RSS = "https://harbour.example.org/feed.xml"

[site]
base_url = "https://news.harbour.example.org"
secret_key = "a key for tests, long enough to be one 0123456789"

[mail]
from_address = "news@harbour.example.org"
transport = "directory"

[sources]
allow_private = ["127.0.0.1", "localhost"]
"""

HOME = Path(tempfile.mkdtemp(prefix="syndicate-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(HOME / "config").mkdir()
(HOME / "config" / "syndicate.toml").write_text(CONFIG, encoding="utf-8")
for variable in [name for name in os.environ if name.startswith("SYNDICATE_")]:
    del os.environ[variable]
os.environ["SYNDICATE_HOME"] = str(HOME)
# The same tests on another database: TEST_DATABASE=postgresql://… pytest tests/mail
if "TEST_DATABASE" in os.environ:
    os.environ["SYNDICATE_DATABASE__URL"] = os.environ["TEST_DATABASE"]
if "TEST_ENGINE" in os.environ:
    os.environ["SYNDICATE_DAEMON__ENGINE"] = os.environ["TEST_ENGINE"]
