/** Ticks → this → server-sent events, to a bounded number of clients. */
import type { ServerResponse } from 'node:http'
import { HEARTBEAT_TEXT } from '@/lib/dashboard-api/heartbeat'
import type { SeriesEvent } from '@/lib/dashboard-api/series'
import type { ObserverLimits } from './limits'
import type { SeriesQuery, SeriesSource } from './series-source'

interface Client {
  readonly response: ServerResponse
  readonly query: SeriesQuery
  /** Of the window it was sent; null until it was. */
  revision: number | null
  lastText: string
}

/** The open streams: each gets the newest step after every tick, or the whole window when labels moved. */
export class StreamHub {
  droppedCount = 0
  private readonly clients = new Set<Client>()
  private readonly limits: ObserverLimits
  private readonly source: Pick<SeriesSource, 'answer' | 'revision'>
  private isPublishing = false

  constructor(limits: ObserverLimits, source: Pick<SeriesSource, 'answer' | 'revision'>) {
    this.limits = limits
    this.source = source
  }

  get clientCount(): number {
    return this.clients.size
  }

  get isFull(): boolean {
    return this.clients.size >= this.limits.streamClientsMax
  }

  /** Starts a stream with its window. The last place may have gone since someone looked: then it ends with 503. */
  add(response: ServerResponse, query: SeriesQuery): void {
    if (this.isFull) {
      response.writeHead(503).end()
      return
    }
    const client: Client = { response, query, revision: null, lastText: '' }
    this.clients.add(client)
    response.on('close', () => this.clients.delete(client))
    response.on('error', () => this.clients.delete(client))
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    void this.begin(client)
  }

  private async begin(client: Client): Promise<void> {
    const revision = this.source.revision()
    const text = await this.eventFor(client.query, 'window')
    if (!this.clients.has(client)) return
    this.write(client, text)
    client.revision = revision
  }

  /**
   * Sends the newest step to every client; equal questions are answered once. While answers are still under way, a
   * further call is left out: a source slower than its ticks would fall behind for ever.
   */
  async publish(): Promise<void> {
    if (this.isPublishing) return
    this.isPublishing = true
    const answers = new Map<string, Promise<string>>()
    const revision = this.source.revision()
    const sent = [...this.clients].map(async (client) => {
      const { query } = client
      if (client.revision === null) return
      const event = client.revision === revision ? 'point' : 'window'
      client.revision = revision
      const key = JSON.stringify([event, query])
      const answer = answers.get(key) ?? this.eventFor(query, event)
      answers.set(key, answer)
      const text = await answer
      if (!this.clients.has(client)) return
      // An overview is long, and mostly the same until its step is complete.
      if (query.route !== null || client.lastText !== text) this.write(client, text)
      if (query.route === null) client.lastText = text
    })
    try {
      await Promise.all(sent)
    } finally {
      this.isPublishing = false
    }
  }

  private async eventFor(query: SeriesQuery, event: SeriesEvent): Promise<string> {
    return `event: ${event}\ndata: ${JSON.stringify(await this.source.answer(query, event))}\n\n`
  }

  heartbeat(): void {
    for (const client of this.clients) this.write(client, HEARTBEAT_TEXT)
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
