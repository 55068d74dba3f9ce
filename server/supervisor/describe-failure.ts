/** The sentences for what commonly goes wrong at a start. */

interface SystemError extends Error {
  readonly code: string
  readonly port?: number
  readonly address?: string
  readonly path?: string
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

/** A plane may have said it in its own words. */
function factOfTakenPort({ port, message }: SystemError): string {
  return port === undefined ? message.replace(/[.]$/, '') : `port ${port} is already in use`
}

/** One sentence that says what to do, without a stack trace. `setting` names the variable that moves a port. */
export function describeFailure(error: unknown, setting?: string): string {
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error)
  const move = setting ? `; stop what uses it, or set ${setting} to another port.` : '.'
  switch (error.code) {
    case 'EADDRINUSE':
      return `${factOfTakenPort(error)}${move}`
    case 'EACCES':
      return error.port === undefined
        ? `${error.path ?? 'a file'} cannot be opened: permission denied.`
        : `port ${error.port} may not be bound by this user${move}`
    case 'EADDRNOTAVAIL':
      return `the address ${error.address ?? ''} is not available on this machine.`
    case 'ENOSPC':
      return `the disk is full${error.path ? ` (writing ${error.path})` : ''}; make room and start again.`
    case 'EROFS':
    case 'EPERM':
      return `${error.path ?? 'the data directory'} cannot be written; set MIRRORBOARD_DATA_DIR to a directory that can.`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${error.path ?? 'the data directory'} is not a directory; set MIRRORBOARD_DATA_DIR to another one.`
    case 'ENOENT':
      return `${error.path ?? 'a file'} does not exist.`
    default:
      return error.message
  }
}
