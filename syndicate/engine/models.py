"""What the engine remembers: failures that were set aside, who is alive, which database this is."""

from __future__ import annotations

from django.db import models


class Failure(models.Model):
    """A job that raised what it should not have: set aside with growing distance, never lost.

    One poisoned row must not be tried every two seconds, nor keep the rest from running.
    """

    job = models.CharField(max_length=20)  # a row of jobs.JOBS
    key = models.BigIntegerField()  # the primary key it was given
    tries = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    retry_at = models.DateTimeField()
    error = models.TextField()
    hint = models.TextField(blank=True)

    class Meta:
        ordering = ["-last_at"]
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="failure_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.key}: {self.error}"


class Heartbeat(models.Model):
    """A daemon that is running, or was."""

    worker = models.CharField(max_length=100, unique=True)  # host:pid:random
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    progressed_at = models.DateTimeField(null=True, blank=True)  # the last job that ended well

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.worker


class Instance(models.Model):
    """This database, and that it is the one at work: one row, made at the first start."""

    key = models.CharField(max_length=32)  # random; another one after each adoption
    place = models.CharField(max_length=200)  # lib.place: a copy lies elsewhere
    turn = models.PositiveBigIntegerField(default=0)  # grows while anybody is at work
    seen_at = models.DateTimeField()  # when it last grew
    doubt = models.CharField(max_length=10, blank=True)  # an engine.instance.Doubt

    def __str__(self) -> str:
        return f"{self.key} at {self.place}, turn {self.turn}"
