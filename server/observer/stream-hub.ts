/** Ticks → this → server-sent events, to a bounded number of clients. */
import type { ServerResponse } from 'node:http'
import type { RouteSeries, SeriesOverview } from '@/lib/dashboard-api/series'
import type { ObserverLimits } from './limits'

/** What a stream shows; `route` null is the overview. */
export interface StreamQuery {
  readonly route: string | null
  readonly rangeTicks: number
}

export type SeriesAnswer = RouteSeries | SeriesOverview

interface Client {
  readonly response: ServerResponse
  readonly query: StreamQuery
  revision: number
  lastPoint: string
}

export class StreamHub {
  droppedCount = 0
  private readonly clients = new Set<Client>()
  private readonly limits: ObserverLimits
  private readonly answer: (query: StreamQuery) => SeriesAnswer
  private readonly revision: () => number

  /** `revision` changes when a window sent before no longer lines up with new points. */
  constructor(
    limits: ObserverLimits,
    answer: (query: StreamQuery) => SeriesAnswer,
    revision: () => number,
  ) {
    this.limits = limits
    this.answer = answer
    this.revision = revision
  }

  get clientCount(): number {
    return this.clients.size
  }

  /** Starts a stream with its window. Returns false, and leaves the response alone, when there are too many. */
  add(response: ServerResponse, query: StreamQuery): boolean {
    if (this.clients.size >= this.limits.streamClientsMax) return false
    const client: Client = { response, query, revision: this.revision(), lastPoint: '' }
    this.clients.add(client)
    response.on('close', () => this.clients.delete(client))
    response.on('error', () => this.clients.delete(client))
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    this.send(client, 'window', this.answer(query))
    return true
  }

  /** Sends the newest step to every client; equal questions are answered once. */
  publish(): void {
    const answers = new Map<string, { readonly whole: SeriesAnswer; readonly point: string }>()
    for (const client of this.clients) {
      const key = `${client.query.rangeTicks} ${client.query.route ?? ''}`
      const known = answers.get(key)
      const answer = known ?? this.answerOnce(client.query)
      if (known === undefined) answers.set(key, answer)
      if (client.revision !== this.revision()) {
        client.revision = this.revision()
        this.send(client, 'window', answer.whole)
      } else if (client.query.route !== null || client.lastPoint !== answer.point) {
        client.lastPoint = client.query.route === null ? answer.point : ''
        this.write(client, answer.point)
      }
    }
  }

  private answerOnce(query: StreamQuery): { whole: SeriesAnswer; point: string } {
    const whole = this.answer(query)
    return { whole, point: eventText('point', newestStep(whole)) }
  }

  heartbeat(): void {
    for (const client of this.clients) this.write(client, ': still here\n\n')
  }

  close(): void {
    for (const { response } of this.clients) response.end()
    this.clients.clear()
  }

  private send(client: Client, event: 'window' | 'point', value: SeriesAnswer): void {
    this.write(client, eventText(event, value))
  }

  /** A client that left too much unread is dropped; its browser connects again when it can. */
  private write(client: Client, text: string): void {
    if (client.response.writableLength <= this.limits.streamBufferBytesMax) {
      client.response.write(text)
      return
    }
    this.droppedCount += 1
    this.clients.delete(client)
    client.response.destroy()
  }
}

function eventText(event: 'window' | 'point', value: SeriesAnswer): string {
  return `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`
}

/** The same answer with the newest step only. */
function newestStep(answer: SeriesAnswer): SeriesAnswer {
  const length = answer.timestamps.length
  const shorten = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      // Lists of rules, backends and mirrors hold objects and stay whole.
      const isSteps =
        value.length === length && value.every((item) => typeof item !== 'object' || item === null)
      return isSteps ? value.slice(-1) : value.map(shorten)
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item)]))
  }
  return shorten(answer) as SeriesAnswer
}
