"""What the encoder is trained to make small."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional

TEMPERATURE = 0.05


def align_loss(student: torch.Tensor, targets: torch.Tensor, bank: torch.Tensor) -> torch.Tensor:
    """Distance to the target, and contrast with the other targets (batch and bank) both ways."""
    distance = (1 - (student * targets).sum(-1)).mean()
    everyone = torch.cat([targets, bank])
    alike = targets @ everyone.T > 0.9
    alike[torch.arange(len(targets)), torch.arange(len(targets))] = False
    forth = (student @ everyone.T / TEMPERATURE).masked_fill(alike, -1e4)
    back = (targets @ student.T / TEMPERATURE).masked_fill(alike[:, : len(targets)], -1e4)
    truth = torch.arange(len(student), device=student.device)
    contrast = functional.cross_entropy(forth, truth) + functional.cross_entropy(back, truth)
    return 6 * distance + 0.5 * contrast


def pair_loss(
    left: torch.Tensor, right: torch.Tensor, groups: Sequence[str], hard: torch.Tensor
) -> torch.Tensor:
    """In-batch contrast both ways; texts of one group are not each other's negatives.

    `hard` (m, dim) are more negatives, bar those that say almost what a right text says.
    """
    names = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    group = torch.tensor([names[one] for one in groups], device=left.device)
    alike = (group[:, None] == group[None, :]) & ~torch.eye(len(left), dtype=torch.bool, device=left.device)
    scores = (left @ right.T / TEMPERATURE).masked_fill(alike, -1e4)
    truth = torch.arange(len(left), device=left.device)
    more = (left @ hard.T / TEMPERATURE).masked_fill(right @ hard.T > 0.85, -1e4)
    forth = torch.cat([scores, more], dim=1)
    return functional.cross_entropy(forth, truth) + 0.5 * functional.cross_entropy(scores.T, truth)
