import pytest

from tests.e2e.asking import REPORTS, a_post, asker, taken
from tests.processes import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with Server("--no-history", data=tmp_path_factory.mktemp("api")) as server:
        with asker(server) as client:
            taken(client, *(a_post(number) for number in range(REPORTS)))
        yield server
        code = server.stop()
        assert code == 0, (server.data / "output.txt").read_text()[-2000:]


@pytest.fixture
def client(server):
    with asker(server) as client:
        yield client


@pytest.fixture(scope="session")
def token_of(server):
    """Return a token of a party with scopes."""

    def make(party, *scopes):
        with asker(server) as client:
            answer = client.post("/v1/tokens", json={"party": party, "name": "test", "scopes": scopes})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make
