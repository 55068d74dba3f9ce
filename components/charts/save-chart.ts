'use client'

/** A chart in the page → a file of the browser's. */

const SCALE = 2
const TITLE_HEIGHT = 44
const FONT = '12px sans-serif'
/** What makes a drawn element look as it does; read from the page, whose colours follow the theme. */
const LOOKS = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-size',
  'font-family',
  'text-anchor',
] as const

/** Hands a text to the browser as a file. */
export function saveText(name: string, type: string, text: string): void {
  saveBlob(name, new Blob([text], { type }))
}

function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

interface Picture {
  readonly title: string
  readonly legend: readonly { readonly label: string; readonly color: string }[]
}

/** Draws a chart's SVG with its title and legend and hands it to the browser; rejects when it cannot be drawn. */
export async function savePicture(
  name: string,
  svg: SVGSVGElement,
  picture: Picture,
): Promise<void> {
  const { width, height } = svg.getBoundingClientRect()
  const image = await loadImage(toStandalone(svg, width, height))
  const canvas = document.createElement('canvas')
  canvas.width = width * SCALE
  canvas.height = (height + TITLE_HEIGHT) * SCALE
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('This browser cannot draw pictures.')
  context.scale(SCALE, SCALE)
  const style = getComputedStyle(svg)
  const read = (variable: string) => style.getPropertyValue(variable)
  context.fillStyle = read('--panel')
  context.fillRect(0, 0, width, height + TITLE_HEIGHT)
  context.font = `600 ${FONT}`
  context.fillStyle = read('--fg')
  context.fillText(picture.title, 8, 16)
  context.font = FONT
  let x = 8
  for (const { label, color } of picture.legend) {
    context.fillStyle = color.startsWith('var(') ? read(color.slice(4, -1)) : color
    context.fillRect(x, 28, 12, 3)
    context.fillStyle = read('--muted')
    context.fillText(label, x + 16, 34)
    x += 28 + context.measureText(label).width
  }
  context.drawImage(image, 0, TITLE_HEIGHT, width, height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (blob === null) throw new Error('This browser cannot make a PNG.')
  saveBlob(name, blob)
}

/** The SVG as a text that needs nothing of the page. */
function toStandalone(svg: SVGSVGElement, width: number, height: number): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const copies = copy.querySelectorAll('*')
  for (const [index, element] of svg.querySelectorAll('*').entries()) {
    const style = getComputedStyle(element)
    for (const look of LOOKS) copies[index]?.setAttribute(look, style.getPropertyValue(look))
  }
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  return new XMLSerializer().serializeToString(copy)
}

async function loadImage(svg: string): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  return image
}
