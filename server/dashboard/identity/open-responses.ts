/** Responses under way, by session: a stream ends when its session does, however it ends. */
import type { ServerResponse } from 'node:http'
import type { Session } from './session'

export class OpenResponses {
  readonly #bySession = new Map<string, Set<ServerResponse>>()

  /** Cuts the response at the session's end, or when the session is cut, unless it is over before. */
  add(session: Session, response: ServerResponse, now: number): void {
    const responses = this.#bySession.get(session.id) ?? new Set()
    this.#bySession.set(session.id, responses)
    responses.add(response)
    const timer = setTimeout(() => response.destroy(), Math.max(0, session.expiresAt - now))
    timer.unref()
    response.once('close', () => {
      clearTimeout(timer)
      responses.delete(response)
      if (responses.size === 0 && this.#bySession.get(session.id) === responses) {
        this.#bySession.delete(session.id)
      }
    })
  }

  /** Cuts every response of the session but this one. */
  cut(session: Session, except: ServerResponse): void {
    for (const response of this.#bySession.get(session.id) ?? []) {
      if (response !== except) response.destroy()
    }
  }
}
