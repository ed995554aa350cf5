// A card that floats beside a place of the photo.

// Put a card below a rectangle of the window, or above it if there is no room, and keep it in the window.
export const float = (card, { left, right, top, bottom }) => {
  card.classList.add("floating");
  const { width, height } = card.getBoundingClientRect();
  const within = (value, room) => Math.max(8, Math.min(value, room - 8));
  const below = bottom + 12 + height < innerHeight;
  card.style.left = `${within((left + right - width) / 2, innerWidth - width)}px`;
  card.style.top = `${within(below ? bottom + 12 : top - 12 - height, innerHeight - height)}px`;
  card.querySelector("input[list]").focus({ preventScroll: true });
};
