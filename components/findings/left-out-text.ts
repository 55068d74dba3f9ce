/** Why pairs, or parts of them, were not compared, in words. Pure. */
import { plural } from '@/components/format/numbers'
import { CUT_SHORT } from '@/lib/comparison/limits'
import type { ComparisonSnapshot } from '@/lib/comparison/snapshot'

/** After "pairs" or "bodies of pairs". */
const OF_MANY: Readonly<Record<string, string>> = {
  same_backend: 'were mirrored to the backend that answered the primary request',
  primary_failed: 'had no answer from the primary',
  failed: 'were not compared: no answer from the mirror',
  too_deep: 'nest too deep',
  body_limit: 'are larger than what is captured',
  line_limit: 'are together larger than the limit for a pair',
  memory_limit: 'were not captured: too many at once',
  stream: 'are event streams',
  multipart: 'have several parts',
  content_coding: 'have a Content-Encoding that is not supported (gzip, deflate, br and zstd are)',
  bad_coding: 'do not match their Content-Encoding',
  bad_framing: 'have invalid gRPC framing',
  incomplete: 'were cut off',
}

export interface LeftOutPart {
  /** As pairs are asked for by it. */
  readonly reason: string
  readonly text: string
}

/** What a snapshot counts as left out, each with its reason. */
export function leftOutParts(snapshot: ComparisonSnapshot): readonly LeftOutPart[] {
  const { notComparable, bodiesNotCompared, cutShort } = snapshot
  const textOf = (reason: string) => OF_MANY[reason] ?? `were not compared: ${reason}`
  return [
    ...Object.entries(notComparable).map(([reason, count]) => ({
      reason,
      text: `${plural(count, 'captured pair')} ${textOf(reason)}`,
    })),
    ...Object.entries(bodiesNotCompared).map(([reason, count]) => ({
      reason,
      text:
        reason === 'status'
          ? `${plural(count, 'pair')} ${count === 1 ? 'differs' : 'differ'} in status; ${count === 1 ? 'its' : 'their'} bodies were not compared`
          : `bodies of ${plural(count, 'pair')} ${textOf(reason)}`,
    })),
    ...(cutShort === 0
      ? []
      : [
          {
            reason: CUT_SHORT,
            text: `${plural(cutShort, 'pair')} with too many values: only the first are compared`,
          },
        ]),
  ]
}

const OF_ONE: Readonly<Record<string, string>> = {
  same_backend: 'Not compared: the request was mirrored to the backend that answered it.',
  primary_failed: 'Not compared: the primary did not answer.',
  status: 'Headers and bodies are not compared: the answers differ in status.',
  failed: 'Headers and bodies are not compared: the mirror did not answer.',
  too_deep: 'Bodies are not compared: they nest too deep.',
  body_limit: 'Bodies are not compared: one is larger than what is captured.',
  line_limit: 'Bodies are not compared: together they are larger than the limit for a pair.',
  memory_limit: 'Bodies are not compared: too many were being captured at once.',
  stream: 'Bodies are not compared: one is an event stream.',
  multipart: 'Bodies are not compared: one has several parts.',
  content_coding: 'Bodies are not compared: one has a Content-Encoding that is not supported.',
  bad_coding: 'Bodies are not compared: one does not match its Content-Encoding.',
  bad_framing: 'Bodies are not compared: one has invalid gRPC framing.',
  incomplete: 'Bodies are not compared: one was cut off.',
  [CUT_SHORT]: 'Bodies are compared in part: they have too many values.',
}

/** Why one pair, or a part of it, was not compared; `''` when all of it was. */
export function leftOutText(reason: string): string {
  if (reason === '') return ''
  return OF_ONE[reason] ?? `Not compared: ${reason}.`
}
