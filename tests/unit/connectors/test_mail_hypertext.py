"""What a person would see of an HTML mail, and what somebody tried to hide from them."""

from __future__ import annotations

import pytest

from connectors.mail.hypertext import visible_text


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='display: none'>SECRET</p>",
        "<p style='DISPLAY:NONE !important'>SECRET</p>",
        "<p hidden>SECRET</p>",
        "<p style='visibility:hidden'>SECRET</p>",
        "<p style='opacity:0'>SECRET</p>",
        "<p style='font-size:0px'>SECRET</p>",
        "<p style='font-size:1px'>SECRET</p>",
        "<p style='font:0/0 a'>SECRET</p>",
        "<p style='color:#fff'>SECRET</p>",
        "<p style='color: rgb(255, 255, 255)'>SECRET</p>",
        "<p style='color:#fefefe'>SECRET</p>",
        "<font color='white'>SECRET</font>",
        "<div style='background:#000'><p style='color:black'>SECRET</p></div>",
        "<table><td bgcolor='#222222'><b style='color:#222'>SECRET</b></table>",
        "<p style='color:transparent'>SECRET</p>",
        "<p style='max-height:0;overflow:hidden'>SECRET</p>",
        "<p style='height:0;overflow:hidden'>SECRET</p>",
        "<p style='position:absolute;left:-9999px'>SECRET</p>",
        "<p style='text-indent:-9999px'>SECRET</p>",
        "<p style='mso-hide:all'>SECRET</p>",
        "<!-- SECRET -->",
        "<style>SECRET</style>",
        "<script>SECRET</script>",
        "<template>SECRET</template>",
        "<style>.x{display:none}</style><p class=x>SECRET</p>",
        "<style>#x , .y{color:white}</style><p><b class=y>SECRET</b></p>",
        "<div style='font-size:0'><p style='font-size:2em'>SECRET</p></div>",
    ],
)
def test_hidden_text_is_not_read(hidden: str) -> None:
    assert "SECRET" not in visible_text(f"<p>seen</p>{hidden}<p>seen too</p>").text


@pytest.mark.parametrize(
    "shown",
    [
        "<div style='font-size:0'><p style='font-size:14px'>SHOWN</p></div>",
        "<div style='color:#fff'><p style='color:#000'>SHOWN</p></div>",
        "<table><td style='background:#123456;color:white'>SHOWN</table>",
        "<div style='background:url(x.png) #fff;color:white'>SHOWN</div>",
        "<p style='opacity:0.9;line-height:0'>SHOWN</p>",
        "<p style='font-size:0.9em'>SHOWN</p>",
        "<p style='font:14px/1.4 Arial'>SHOWN</p>",
        "<style>@media print{p{display:none}}</style><p>SHOWN</p>",
        "<p style='max-width:0.5em;border-color:#fff'>SHOWN</p>",
    ],
)
def test_visible_text_is_read(shown: str) -> None:
    assert "SHOWN" in visible_text(shown).text


def test_hidden_text_is_noted_and_an_empty_tracker_is_not() -> None:
    assert visible_text("<p hidden>x</p>y").notes == ("hidden text left out",)
    assert visible_text("<p hidden> <img src=x></p>y").notes == ()


def test_a_link_that_shows_another_site_than_it_opens_is_noted() -> None:
    seen = visible_text("<a href='https://evil.example/x'>https://bank.example</a>")
    assert seen.text == "https://bank.example (https://evil.example/x)"
    assert seen.notes == ("a link shows another address than it opens",)


def test_a_link_whose_text_is_its_address_is_shown_once_and_scripts_are_no_links() -> None:
    assert (
        visible_text("<a href='https://a.example/'>https://a.example</a>").text
        == "https://a.example"
    )
    assert visible_text("<a href='mailto:a@b.example'>a@b.example</a>").text == "a@b.example"
    assert visible_text("<a href='javascript:alert(1)'>x</a>").text == "x"


def test_lines_lists_tables_and_quotes_keep_their_shape() -> None:
    html = (
        "<p>One</p><ul><li>a<li>b</ul><blockquote><p>old<br>older</p></blockquote><pre>x\n  y</pre>"
    )
    lines = [line for line in visible_text(html).text.splitlines() if line.strip("> ")]
    assert lines == ["One", "- a", "- b", "> old", "> older", "x", "  y"]
