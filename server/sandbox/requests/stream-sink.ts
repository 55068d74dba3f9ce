/** Where a watch or a followed log goes: the body of an HTTP response, or messages of a WebSocket. */
import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'

export interface StreamSink {
  /** Sends the headers, before anything is written. */
  open(contentType: string): void
  write(chunk: string | Buffer): void
  /** Bytes written and not sent yet. */
  readonly writableLength: number
  /** Ends in order. */
  end(): void
  /** Drops what is not sent yet. */
  destroy(): void
  onClose(callback: () => void): void
}

/** The body of a response. */
export function responseSink(response: ServerResponse): StreamSink {
  return {
    open(contentType) {
      response.writeHead(200, {
        'Content-Type': contentType,
        'Cache-Control': 'no-cache, private',
      })
      response.flushHeaders()
    },
    write(chunk) {
      if (!response.writableEnded) response.write(chunk)
    },
    get writableLength() {
      return response.writableLength
    },
    end: () => void response.end(),
    destroy: () => void response.destroy(),
    onClose: (callback) => void response.on('close', callback),
  }
}

const CLOSE_NORMAL = 1000

/** Messages: text as text, bytes as bytes, or all of it as base64 text when the client asked for that. */
export function webSocketSink(socket: WebSocket, isBase64: boolean): StreamSink {
  return {
    open: () => undefined,
    write(chunk) {
      if (socket.readyState !== socket.OPEN) return
      const isText = typeof chunk === 'string'
      if (!isBase64 || isText) socket.send(isText ? chunk.trimEnd() : chunk)
      else socket.send(chunk.toString('base64'))
    },
    get writableLength() {
      return socket.bufferedAmount
    },
    end: () => socket.close(CLOSE_NORMAL),
    destroy: () => socket.terminate(),
    onClose: (callback) => void socket.on('close', callback),
  }
}
