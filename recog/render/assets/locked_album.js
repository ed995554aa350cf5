"use strict";
{
  const NONCE = 12;
  const form = document.getElementById("unlock");
  const said = document.getElementById("said");
  const pictures = document.getElementById("pictures");
  const parts = [...document.querySelectorAll("#parts > div")];
  const bytes = (text) => Uint8Array.from(atob(text.trim()), (one) => one.charCodeAt(0));

  async function keyOf(password) {
    const raw = new TextEncoder().encode(password.normalize("NFC"));
    const known = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(pictures.dataset.salt), iterations: Number(pictures.dataset.rounds) };
    return crypto.subtle.deriveKey(how, known, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  }

  function opened(key, place) {
    const whole = bytes(parts[place].textContent);
    const additionalData = new Uint8Array(4);
    new DataView(additionalData.buffer).setUint32(0, place);
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.subarray(0, NONCE), additionalData }, key, whole.subarray(NONCE));
  }

  function shown(content, number) {
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => {
        const image = document.createElement("img");
        image.alt = `Picture ${number}`;
        image.src = reader.result;
        pictures.append(image);
        done();
      };
      reader.readAsDataURL(new Blob([content], { type: "image/jpeg" }));
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.crypto || !crypto.subtle) {
      said.textContent = "Browsers decrypt only pages that come by https or are opened as a file: save this page and open the file.";
      return;
    }
    said.textContent = "Opening ...";
    try {
      const key = await keyOf(document.getElementById("password").value);
      const last = parts.length - 1;
      const contents = JSON.parse(new TextDecoder().decode(await opened(key, last)));
      if (contents.pictures !== last) throw new Error("parts are missing");
      pictures.replaceChildren();
      for (let place = 0; place < last; place += 1) await shown(await opened(key, place), place + 1);
      said.textContent = last === 1 ? "1 picture" : `${last} pictures`;
      form.hidden = true;
    } catch {
      said.textContent = "The password is wrong, or the page was changed.";
    }
  });
}
