// Every text of the page with its contrast (WCAG 2.2) against what is behind it.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function rgba(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}

function over(above, below) {
  const alpha = above[3] / 255;
  return [0, 1, 2].map((i) => above[i] * alpha + below[i] * (1 - alpha)).concat(255);
}

function behind(element) {
  const own = rgba(getComputedStyle(element).backgroundColor);
  if (own[3] === 255) return own;
  return over(own, element.parentElement ? behind(element.parentElement) : [255, 255, 255, 255]);
}

function luminance(color) {
  const [red, green, blue] = color.slice(0, 3).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(element) {
  const paper = behind(element);
  const ink = over(rgba(getComputedStyle(element).color), paper);
  const [dark, light] = [luminance(ink), luminance(paper)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

return [...document.body.querySelectorAll("*")]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((element) => ({
    text: element.textContent.trim().slice(0, 40),
    chip: element.classList.contains("chip"),
    contrast: contrast(element),
  }));
