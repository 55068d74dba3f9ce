/** What a plane answers, as values; plane-server.ts writes them to the socket. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DashboardError, DashboardErrorCode } from '@/lib/dashboard-api/errors'

export type PlaneAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly type: string }
  /** Takes the response over, to write to it for as long as it likes. */
  | { readonly stream: (response: ServerResponse) => void }

/** One request that the door let in. */
export interface PlaneRequest {
  readonly method: string
  /** Its target; the host in it means nothing. */
  readonly url: URL
  readonly message: IncomingMessage
}

/** 200 with a JSON body. */
export function ok(json: unknown): PlaneAnswer {
  return { status: 200, json }
}

/** A refusal in the one error shape; `message` is a sentence for a person. */
export function refuse(status: number, code: DashboardErrorCode, message: string): PlaneAnswer {
  return { status, json: { code, message } satisfies DashboardError }
}

/** 404 for a path that the plane does not have. */
export function nothingAt(path: string): PlaneAnswer {
  return refuse(404, 'not-found', `There is nothing at ${path}.`)
}

/** 200 with metrics in the Prometheus text format. */
export function metricsText(text: string): PlaneAnswer {
  return { status: 200, text, type: 'text/plain; version=0.0.4; charset=utf-8' }
}
