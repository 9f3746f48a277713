"""Programs of ours that take part as the peers' do."""
