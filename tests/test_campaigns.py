"""Each campaign says what it searches and how."""

import pytest

from tests.campaigns import __main__ as campaigns


@pytest.mark.parametrize("name", campaigns.names())
def test_help(name, capsys, monkeypatch):
    monkeypatch.setattr("sys.path", list(campaigns.sys.path))
    with pytest.raises(SystemExit) as ended:
        campaigns.main([name, "--help"])
    assert ended.value.code == 0
    assert name in capsys.readouterr().out.splitlines()[0]


def test_no_campaign(capsys):
    assert campaigns.main(["of_nothing"]) == 2
    assert "There are: " in capsys.readouterr().err
