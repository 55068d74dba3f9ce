import type { ConditionStatus } from '@/lib/gateway-api/types'
import { MESSAGES_MAX } from './limits'

/** A condition before it has a time and a generation: what translation found out. */
export interface Finding {
  readonly type: string
  readonly status: ConditionStatus
  readonly reason: string
  readonly message: string
}

/** Why something cannot be used: a reason of the specification, and a sentence. */
export interface Problem {
  readonly reason: string
  readonly message: string
}

/** `Accepted: True` and its like; reason equals type unless the specification has another word. */
export function positive(type: string, message: string, reason: string = type): Finding {
  return { type, status: 'True', reason, message }
}

/** `Accepted: False` and its like, for the reason and in the words of the problem. */
export function negative(type: string, problem: Problem): Finding {
  return { type, status: 'False', ...problem }
}

/** The first problem's reason with every distinct message; the API holds at most 32,768 characters. */
export function joinProblems(problems: readonly Problem[]): Problem | null {
  const [first] = problems
  if (first === undefined) return null
  const messages = [...new Set(problems.map((problem) => problem.message))]
  const shown = messages.slice(0, MESSAGES_MAX)
  const more = messages.length - shown.length
  return {
    reason: first.reason,
    message: shown.join(' ') + (more > 0 ? ` And ${more} more.` : ''),
  }
}
