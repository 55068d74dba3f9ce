import type { Points } from '@/lib/dashboard-api/series'

interface SparklineSize {
  readonly width: number
  readonly height: number
  /** The value drawn at the top. */
  readonly peak: number
}

/** SVG path data; an unknown point breaks the line instead of drawing zero. */
export function sparklinePath(points: Points, { width, height, peak }: SparklineSize): string {
  const step = points.length > 1 ? width / (points.length - 1) : 0
  let path = ''
  let isDrawing = false
  points.forEach((point, index) => {
    if (point === null) {
      isDrawing = false
      return
    }
    const x = (index * step).toFixed(1)
    const y = (height - 1 - (point / peak) * (height - 2)).toFixed(1)
    path += `${isDrawing ? 'L' : 'M'}${x} ${y}`
    isDrawing = true
  })
  return path
}
