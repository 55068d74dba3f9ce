/** POST /api/probe: sends one request through a Gateway and answers with what came back. Nothing of it is kept. */
import { z } from 'zod'
import { trafficRequest } from './traffic'

/** Bytes of an answer's body that are shown; the rest is not read. */
export const PROBE_BODY_BYTES_MAX = 64 * 1024

export const probeRequest = trafficRequest
  .pick({ gateway: true, method: true, host: true, path: true, headers: true })
  .extend({
    scheme: z.enum(['http', 'https']),
    /** Of the listener, as the Gateway's spec says. */
    port: z.number().int().min(1).max(65_535),
    /** Must be true for a method that may change data: someone has been asked. */
    isConfirmed: z.boolean().default(false),
  })
export type ProbeRequest = z.input<typeof probeRequest>
/** The same with its defaults filled in. */
export type ProbeRequestChecked = z.output<typeof probeRequest>

export interface ProbeBody {
  /** Null when it is no UTF-8 text. */
  readonly text: string | null
  /** As many as were read. */
  readonly bytes: number
  /** There was more, at least that of `PROBE_BODY_BYTES_MAX`. */
  readonly isCut: boolean
}

export type ProbeAnswer = {
  /** Where it went: `127.1.2.3:80`. */
  readonly sentTo: string
} & (
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly reason: string
      /** As received, names in their own case. */
      readonly headers: readonly (readonly [name: string, value: string])[]
      readonly body: ProbeBody
      /** From the first byte sent, connection included, to the answer's head. */
      readonly latencyMs: number
    }
  /** One sentence. */
  | { readonly outcome: 'failed'; readonly message: string }
)
