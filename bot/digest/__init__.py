"""The digest: one message a day at the operator's hour, and none on an empty day."""
