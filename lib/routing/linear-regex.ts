import { REGEX_INPUT_CHARACTERS_MAX, REGEX_INSTRUCTIONS_MAX } from './limits'
import { type CharacterRange, parseRegex, type RegexNode } from './regex-syntax'

/**
 * A regular expression whose matching time grows with text length times pattern size and never faster:
 * the states are walked side by side, as RE2 does, because a pattern in a route must not be able to stop a worker.
 * https://swtch.com/~rsc/regexp/regexp2.html
 */
export interface LinearRegex {
  /** True when the whole text matches. Text over `REGEX_INPUT_CHARACTERS_MAX` never does. */
  matches(text: string): boolean
}

type Instruction =
  | { op: 'set'; ranges: readonly CharacterRange[]; negated: boolean }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'assert'; at: 'start' | 'end' | 'boundary' | 'not-boundary' }
  | { op: 'match' }

/** Returns the compiled expression, or one sentence saying why it cannot be used. Matches the whole text. */
export function compileLinearRegex(pattern: string): LinearRegex | { readonly error: string } {
  const tree = parseRegex(pattern)
  if ('error' in tree) return tree
  const program: Program = { instructions: [], steps: 0 }
  if (!emit(tree, program)) {
    return { error: `the expression needs more than ${REGEX_INSTRUCTIONS_MAX} steps` }
  }
  program.instructions.push({ op: 'match' })
  return new StateWalker(program.instructions)
}

interface Program {
  readonly instructions: Instruction[]
  /** Nodes emitted so far: repeating an empty group adds no instruction, yet must end. */
  steps: number
}

/** Appends the instructions of a node. False when the program grows over its limit. */
function emit(node: RegexNode, program: Program): boolean {
  program.steps += 1
  if (program.steps > REGEX_INSTRUCTIONS_MAX * 2) return false
  if (program.instructions.length > REGEX_INSTRUCTIONS_MAX) return false
  switch (node.type) {
    case 'set':
      program.instructions.push({ op: 'set', ranges: node.ranges, negated: node.negated })
      return true
    case 'assert':
      program.instructions.push({ op: 'assert', at: node.at })
      return true
    case 'sequence':
      return node.items.every((item) => emit(item, program))
    case 'choice':
      return emitChoice(node.items, program)
    case 'repeat':
      return emitRepeat(node, program)
  }
}

function emitChoice(items: readonly RegexNode[], program: Program): boolean {
  const ends: { op: 'jump'; to: number }[] = []
  for (const [index, item] of items.entries()) {
    const last = index === items.length - 1
    const split = { op: 'split' as const, first: program.instructions.length + 1, second: 0 }
    if (!last) program.instructions.push(split)
    if (!emit(item, program)) return false
    if (last) break
    const end = { op: 'jump' as const, to: 0 }
    program.instructions.push(end)
    ends.push(end)
    split.second = program.instructions.length
  }
  for (const end of ends) end.to = program.instructions.length
  return true
}

function emitRepeat(node: Extract<RegexNode, { type: 'repeat' }>, program: Program): boolean {
  for (let copy = 0; copy < node.least; copy++) if (!emit(node.item, program)) return false
  if (node.most === Number.POSITIVE_INFINITY) {
    const split = { op: 'split' as const, first: program.instructions.length + 1, second: 0 }
    const start = program.instructions.length
    program.instructions.push(split)
    if (!emit(node.item, program)) return false
    program.instructions.push({ op: 'jump', to: start })
    split.second = program.instructions.length
    return true
  }
  const splits: { op: 'split'; first: number; second: number }[] = []
  for (let copy = node.least; copy < node.most; copy++) {
    const split = { op: 'split' as const, first: program.instructions.length + 1, second: 0 }
    program.instructions.push(split)
    splits.push(split)
    if (!emit(node.item, program)) return false
  }
  for (const split of splits) split.second = program.instructions.length
  return true
}

class StateWalker implements LinearRegex {
  private readonly program: readonly Instruction[]
  private current: Uint32Array
  private following: Uint32Array
  private readonly visited: Uint32Array
  private readonly pending: Uint32Array
  private generation = 0

  constructor(program: readonly Instruction[]) {
    this.program = program
    this.current = new Uint32Array(program.length)
    this.following = new Uint32Array(program.length)
    this.visited = new Uint32Array(program.length)
    this.pending = new Uint32Array(program.length * 2 + 2)
  }

  matches(text: string): boolean {
    if (text.length > REGEX_INPUT_CHARACTERS_MAX) return false
    this.visited.fill(0)
    this.generation = 1
    let count = this.enter(0, text, 0, this.current, 0)
    for (let index = 0; index < text.length && count > 0; index++) {
      count = this.step(text, index, count)
    }
    const end = this.program.length - 1
    for (let index = 0; index < count; index++) if (this.current[index] === end) return true
    return false
  }

  /** Moves every state that accepts the character at `index`; returns how many states live on. */
  private step(text: string, index: number, count: number): number {
    const code = text.charCodeAt(index)
    this.generation += 1
    let entered = 0
    for (let state = 0; state < count; state++) {
      const at = this.current[state] ?? 0
      const instruction = this.program[at]
      if (instruction?.op === 'set' && accepts(instruction, code)) {
        entered = this.enter(at + 1, text, index + 1, this.following, entered)
      }
    }
    const swap = this.current
    this.current = this.following
    this.following = swap
    return entered
  }

  /** Adds `start` and all that follows it without reading a character to `states`. */
  private enter(
    start: number,
    text: string,
    position: number,
    states: Uint32Array,
    known: number,
  ): number {
    let count = known
    let waiting = 0
    this.pending[waiting++] = start
    while (waiting > 0) {
      const at = this.pending[--waiting] ?? 0
      if (this.visited[at] === this.generation) continue
      this.visited[at] = this.generation
      const instruction = this.program[at]
      if (instruction === undefined) continue
      if (instruction.op === 'set' || instruction.op === 'match') states[count++] = at
      else waiting = this.follow(instruction, at, text, position, waiting)
    }
    return count
  }

  /** Queues what an instruction that reads no character leads to. */
  private follow(
    instruction: Exclude<Instruction, { op: 'set' | 'match' }>,
    at: number,
    text: string,
    position: number,
    queued: number,
  ): number {
    let waiting = queued
    if (instruction.op === 'split') {
      this.pending[waiting++] = instruction.second
      this.pending[waiting++] = instruction.first
    } else if (instruction.op === 'jump') {
      this.pending[waiting++] = instruction.to
    } else if (holds(instruction.at, text, position)) {
      this.pending[waiting++] = at + 1
    }
    return waiting
  }
}

function accepts(set: Extract<Instruction, { op: 'set' }>, code: number): boolean {
  for (const [from, to] of set.ranges) if (code >= from && code <= to) return !set.negated
  return set.negated
}

function holds(
  at: Extract<Instruction, { op: 'assert' }>['at'],
  text: string,
  position: number,
): boolean {
  if (at === 'start') return position === 0
  if (at === 'end') return position === text.length
  const boundary = isWord(text, position - 1) !== isWord(text, position)
  return boundary === (at === 'boundary')
}

function isWord(text: string, position: number): boolean {
  const code = text.charCodeAt(position)
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 95 ||
    (code >= 97 && code <= 122)
  )
}
