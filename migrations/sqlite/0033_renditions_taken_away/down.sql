UPDATE ledger SET excludes_before = 0;
