"""Campaigns from the first pick to the last number: who is picked, what is agreed, what it brought, what waits."""
