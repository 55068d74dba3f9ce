/** Response head → this → the header lines a client is sent. */
import { answerLines } from '@/lib/routing/forward-request'
import { editLines } from '@/lib/routing/header-edits'
import { responseLines } from '../http/forward-head'
import { HEADER } from '../http/header-names'
import type { ResponseHead } from '../http/response-parser'
import type { BackendRuntime, RuleRuntime } from '../rules/rule-runtime'

/** A backend's header lines after its own modifier, the rule's, and CORS for the request's `origin`. */
export function clientLines(
  head: ResponseHead,
  runtime: RuleRuntime,
  backend: BackendRuntime,
  origin: string | undefined,
): string {
  const received = editLines(responseLines(head), backend.responseHeaders)
  const lines = ruleLines(received, runtime, origin)
  if (head.status !== 101) return lines
  const protocol = head.lines.valueOf(head.text, HEADER.upgrade)
  const upgrade = protocol === undefined ? '' : `Upgrade: ${protocol}\r\n`
  return `${lines}Connection: Upgrade\r\n${upgrade}`
}

/** Lines of any answer to a request of the rule after its modifier and CORS. */
export function ruleLines(
  lines: string,
  runtime: RuleRuntime | null,
  origin: string | undefined,
): string {
  return answerLines(lines, runtime?.responseHeaders, runtime?.rule.cors, origin)
}
