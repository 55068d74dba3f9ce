/** One Mirrorboard per data directory: two would write the same store. */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface DataLock {
  release(): void
}

/** A local socket's path may be about this long (sun_path in unix(7); 104 on macOS). */
const SOCKET_PATH_BYTES_MAX = 100

/**
 * Takes the lock, or returns null when another process holds it. The lock is a listening local socket, so the
 * system frees it however its holder ends; only the file stays behind, and is taken over.
 */
export async function lockDataDirectory(directory: string): Promise<DataLock | null> {
  const path = lockPath(directory)
  const first = await listen(path)
  if (first) return first
  if (await isHeld(path)) return null
  rmSync(path, { force: true })
  return await listen(path)
}

/** In the directory, which is private; where that is too long a path for a socket, among the temporary files. */
function lockPath(directory: string): string {
  const name = `mirrorboard-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  const path = join(directory, 'lock')
  return Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX ? path : join(tmpdir(), `${name}.lock`)
}

/** Resolves null when the path exists already; rejects with any other error. */
function listen(path: string): Promise<DataLock | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve({ release: () => server.close() })
    })
  })
}

function isHeld(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
