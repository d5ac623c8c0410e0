"""Webhooks: what happens here, sent to other systems as it happens, signed by the rules of Standard Webhooks.

    an action ──announce──▶ one job an event, due when it can no longer be taken back
                                └─fan out─▶ one delivery for each endpoint that wants it, a job in the endpoint's lane
                                                └─deliver─▶ delivered · tried again later · failed

At least once: a worker that is killed sends again, with the same ``webhook-id``.
"""
