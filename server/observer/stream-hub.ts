/** Ticks → this → server-sent events, to a bounded number of clients. */
import type { ServerResponse } from 'node:http'
import type { RouteSeries, SeriesEvent, SeriesOverview } from '@/lib/dashboard-api/series'
import type { ObserverLimits } from './limits'

/** What a stream shows; `route` null is the overview. */
export interface StreamQuery {
  readonly route: string | null
  readonly rangeTicks: number
}

export type SeriesAnswer = RouteSeries | SeriesOverview

/** Returns the whole range for `window`, its newest complete step for `point`. */
export type AnswerSeries = (query: StreamQuery, event: SeriesEvent) => SeriesAnswer

interface Client {
  readonly response: ServerResponse
  readonly query: StreamQuery
  revision: number
  lastText: string
}

/** The open streams: each gets the newest step after every tick, or the whole window when labels moved. */
export class StreamHub {
  droppedCount = 0
  private readonly clients = new Set<Client>()
  private readonly limits: ObserverLimits
  private readonly answer: AnswerSeries
  private readonly revision: () => number

  /** `revision` changes when a window sent before no longer lines up with new points. */
  constructor(limits: ObserverLimits, answer: AnswerSeries, revision: () => number) {
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
    const client: Client = { response, query, revision: this.revision(), lastText: '' }
    this.clients.add(client)
    response.on('close', () => this.clients.delete(client))
    response.on('error', () => this.clients.delete(client))
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    this.write(client, this.eventFor(query, 'window'))
    return true
  }

  /** Sends the newest step to every client; equal questions are answered once. */
  publish(): void {
    const texts = new Map<string, string>()
    for (const client of this.clients) {
      const { query } = client
      const isLabelled = client.revision === this.revision()
      client.revision = this.revision()
      const key = `${isLabelled} ${query.rangeTicks} ${query.route ?? ''}`
      const text = texts.get(key) ?? this.eventFor(query, isLabelled ? 'point' : 'window')
      texts.set(key, text)
      // An overview is long, and mostly the same until its step is complete.
      if (query.route !== null || client.lastText !== text) this.write(client, text)
      if (query.route === null) client.lastText = text
    }
  }

  private eventFor(query: StreamQuery, event: SeriesEvent): string {
    return `event: ${event}\ndata: ${JSON.stringify(this.answer(query, event))}\n\n`
  }

  heartbeat(): void {
    for (const client of this.clients) this.write(client, ': still here\n\n')
  }

  close(): void {
    for (const { response } of this.clients) response.end()
    this.clients.clear()
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
