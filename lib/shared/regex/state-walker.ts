import type { RE2JS } from '@bufbuild/re2'

type Program = ReturnType<RE2JS['re2']>['prog']
type Instruction = Program['inst'][number]

/** Numbers of `Inst` in `@bufbuild/re2`, which does not export them. */
const OP = { alt: 1, altMatch: 2, emptyWidth: 4, fail: 5, match: 6, rune: 8 } as const
/** What may hold between two characters, as its `arg` says it. */
const HOLDS = { lineStart: 1, lineEnd: 2, start: 4, end: 8, boundary: 16, notBoundary: 32 } as const

/**
 * Runs a compiled program on whole texts: the states are walked side by side, as RE2 does where it may not build an automaton,
 * because a pattern in a route must not be able to stop a worker. https://swtch.com/~rsc/regexp/regexp2.html
 */
export class StateWalker {
  private readonly instructions: readonly Instruction[]
  private readonly startAt: number
  private current: Uint32Array
  private following: Uint32Array
  private readonly visited: Uint32Array
  private readonly pending: Uint32Array
  private generation = 0
  private hasMatched = false

  constructor({ inst, start }: Program) {
    this.instructions = inst
    this.startAt = start
    this.current = new Uint32Array(inst.length)
    this.following = new Uint32Array(inst.length)
    this.visited = new Uint32Array(inst.length)
    this.pending = new Uint32Array(inst.length * 2 + 2)
  }

  matches(text: string): boolean {
    this.visited.fill(0)
    this.generation = 1
    this.hasMatched = false
    let before = -1
    let code = codeAt(text, 0)
    let count = this.enter(this.startAt, between(before, code), this.current, 0)
    let at = 0
    while (at < text.length && count > 0) {
      at += code > 0xffff ? 2 : 1
      before = code
      code = codeAt(text, at)
      count = this.step(before, between(before, code), count)
    }
    return at >= text.length && this.hasMatched
  }

  /** Moves every state that accepts `code`; returns how many states live on. `held` is what holds after it. */
  private step(code: number, held: number, count: number): number {
    this.generation += 1
    this.hasMatched = false
    let entered = 0
    for (let state = 0; state < count; state++) {
      const at = this.current[state] ?? 0
      const instruction = this.instructions[at]
      if (instruction?.matchRune(code)) {
        entered = this.enter(instruction.out, held, this.following, entered)
      }
    }
    const swap = this.current
    this.current = this.following
    this.following = swap
    return entered
  }

  /** Adds `start` and all that follows it without reading a character to `states`. */
  private enter(start: number, held: number, states: Uint32Array, known: number): number {
    let count = known
    let waiting = 0
    this.pending[waiting++] = start
    while (waiting > 0) {
      const at = this.pending[--waiting] ?? 0
      if (this.visited[at] === this.generation) continue
      this.visited[at] = this.generation
      const instruction = this.instructions[at]
      if (instruction === undefined) continue
      const { op } = instruction
      if (op >= OP.rune) states[count++] = at
      else if (op === OP.match) this.hasMatched = true
      else waiting = this.follow(instruction, held, waiting)
    }
    return count
  }

  /** Queues what an instruction that reads no character leads to. */
  private follow({ op, out, arg }: Instruction, held: number, queued: number): number {
    let waiting = queued
    if (op === OP.alt || op === OP.altMatch) this.pending[waiting++] = arg
    if (op !== OP.fail && (op !== OP.emptyWidth || (arg & ~held) === 0)) {
      this.pending[waiting++] = out
    }
    return waiting
  }
}

/** -1 past the end. */
function codeAt(text: string, at: number): number {
  return text.codePointAt(at) ?? -1
}

/** What holds between two characters; -1 stands for none. */
function between(before: number, after: number): number {
  const isBoundary = isWord(before) !== isWord(after)
  return (
    (before === -1 ? HOLDS.start | HOLDS.lineStart : 0) |
    (before === 10 ? HOLDS.lineStart : 0) |
    (after === -1 ? HOLDS.end | HOLDS.lineEnd : 0) |
    (after === 10 ? HOLDS.lineEnd : 0) |
    (isBoundary ? HOLDS.boundary : HOLDS.notBoundary)
  )
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 95
  )
}
