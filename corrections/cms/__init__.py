"""Corrections carried back to the content management system that an article came from.

    a correction is published, or taken back ──plan──▶ one push for the connection of the article's source,
                                                        due when the correction can no longer be taken back
        └─▶ fetch the post ▶ the same strict splice in its HTML ▶ fetch again, compare ▶ put ▶ compare what was stored
              pushed · it stood there already · refused: somebody has to look · failed: it was tried for days

What a system is asked for is one small interface (``interface.Cms``); ``wordpress`` speaks it. At least once: a worker
that is killed after it has put tries again, and finds that the new wording stands there.
"""
