import pytest
import recorded_runs
@pytest.mark.parametrize("id", recorded_runs.ids("seq2seq","sequence_loss","training","greedy","scheduled","attention_wrapper","beam","tile","dense"))
def test_recorded(id):
    recorded_runs.check("seq2seq", id)
