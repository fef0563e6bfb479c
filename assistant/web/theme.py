"""The look that gradio's own parts take: calm, one accent, system fonts; the rest is in static/page.css."""

from __future__ import annotations

import gradio as gr

FONTS = ["system-ui", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "sans-serif"]
HEAD = (
    '<link rel="stylesheet" href="/static/page.css"><link rel="stylesheet" href="/static/shelf.css"><link rel="icon" href="/static/icon.svg" type="image/svg+xml">'
    '<script type="module" src="/static/page.js"></script>'
)


def theme() -> gr.themes.Base:
    """Make the theme; its colours are the variables of page.css, which know light and dark."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        font=FONTS,
        font_mono=["ui-monospace", "Consolas", "monospace"],
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="var(--paper)",
        body_background_fill_dark="var(--paper)",
        body_text_color="var(--ink)",
        body_text_color_dark="var(--ink)",
        body_text_color_subdued="var(--faint)",
        body_text_color_subdued_dark="var(--faint)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_label_text_color="var(--faint)",
        block_label_text_color_dark="var(--faint)",
        block_title_text_color="var(--faint)",
        block_title_text_color_dark="var(--faint)",
        block_padding="0",
        border_color_primary="var(--line)",
        border_color_primary_dark="var(--line)",
        color_accent="var(--accent)",
        input_background_fill="var(--card)",
        input_background_fill_dark="var(--card)",
        input_border_color="var(--edge)",
        input_border_color_dark="var(--edge)",
        input_border_color_focus="var(--accent)",
        input_border_color_focus_dark="var(--accent)",
        input_placeholder_color="var(--faint)",
        input_placeholder_color_dark="var(--faint)",
        button_primary_background_fill="var(--accent)",
        button_primary_background_fill_dark="var(--accent)",
        button_primary_text_color="var(--on-accent)",
        button_primary_text_color_dark="var(--on-accent)",
        button_secondary_background_fill="var(--card)",
        button_secondary_background_fill_dark="var(--card)",
        button_secondary_border_color="var(--edge)",
        button_secondary_border_color_dark="var(--edge)",
        button_secondary_text_color="var(--ink)",
        button_secondary_text_color_dark="var(--ink)",
    )
