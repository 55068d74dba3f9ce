/** What one side's values are made of and the other side's are not: characters and lengths. Bounded, and plain JSON. */

export interface ValueMarks {
  /** Marks that both sides have had, one character each; a length is one of the private use area. */
  shared: string
  /** Marks of one side so far with how many of its values had them: positive of the primary's, negative of the mirror's. */
  only: [mark: string, count: number][]
  /** The first mark that was found to be of one side alone; `''` while there is none. */
  apart: string
}

/**
 * So many values with a mark on one side, and none on the other, are no chance: of two sides that draw alike, each next value
 * with the mark is as likely to be the other's, so that it happens once in 2^19, whenever one looks.
 */
const APART_MIN = 20
/** Further marks are not looked at. */
const MARKS_MAX = 200
const LENGTH_BASE = 0xe000
const CHARACTERS_MAX = 256

/** Marks of nothing yet. */
export function emptyMarks(): ValueMarks {
  return { shared: '', only: [], apart: '' }
}

/** Adds both texts of one pair. */
export function addMarks(marks: ValueMarks, primary: string, mirror: string): void {
  if (marks.apart !== '') return
  add(marks, primary, 1)
  add(marks, mirror, -1)
}

function add(marks: ValueMarks, text: string, side: 1 | -1): void {
  const length = String.fromCharCode(LENGTH_BASE + Math.min(text.length, CHARACTERS_MAX))
  if (!marks.shared.includes(length)) addMark(marks, length, side)
  for (let at = 0; at < text.length && at < CHARACTERS_MAX; at += 1) {
    const mark = text[at] ?? ''
    // Each once for a value.
    if (!marks.shared.includes(mark) && text.indexOf(mark) === at) addMark(marks, mark, side)
  }
}

function addMark(marks: ValueMarks, mark: string, side: 1 | -1): void {
  const known = marks.only.find(([name]) => name === mark)
  if (known === undefined) {
    if (marks.only.length + marks.shared.length < MARKS_MAX) marks.only.push([mark, side])
  } else if (known[1] > 0 === side > 0) {
    known[1] += side
    if (Math.abs(known[1]) >= APART_MIN) marks.apart = apartText(mark, side)
  } else {
    marks.only.splice(marks.only.indexOf(known), 1)
    marks.shared += mark
  }
}

/** For people. */
function apartText(mark: string, side: 1 | -1): string {
  const length = mark.charCodeAt(0) - LENGTH_BASE
  const what =
    length >= 0 && length <= CHARACTERS_MAX
      ? `${length} characters long`
      : `written with ${JSON.stringify(mark)}`
  return `only the ${side > 0 ? 'primary' : 'mirror'}’s are ${what}`
}
