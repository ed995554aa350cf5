"""Ask who is on a photo that need not be in the library."""

from recog.web.shell import Frame, shell


def find_page(around: Frame, *, most: int) -> str:
    """A place to drop a photo of at most so many bytes; a script sends it to the API and shows the answer."""
    content = f"""\
<div class="head"><h1>Who is on this photo?</h1>
<p class="lead">Drop a photo here, paste one, or choose a file. It is compared with the faces you named; it is not kept.
</p></div>
<div class="drop" id="drop" data-most="{most}"><label for="photo">Choose a photo</label>
<input type="file" id="photo" accept="image/*,.heic,.heif,.avif"><p id="asked" role="status"></p></div>
<figure class="photo" id="shown" hidden><canvas id="picture" role="img"
aria-label="The photo you gave"></canvas><svg class="boxes" id="boxes"
aria-hidden="true"></svg></figure>
<ol class="named" id="named" aria-label="Faces from left to right"></ol>"""
    return shell("Who is on this photo?", "/find", content, around, scripts=("find.js",))
