/** The health of every part of Mirrorboard → one row for each process. Pure. */
import type { PlaneHealth } from '@/lib/dashboard-api/live'

export interface ProcessRow {
  /** Its parts, `observer, history, traffic`. */
  readonly name: string
  /** The worst of its parts. */
  readonly status: PlaneHealth['status']
  readonly message: string
  readonly pid: number | null
  /** Of the whole process. */
  readonly residentBytes: number | null
}

const BADNESS: Readonly<Record<PlaneHealth['status'], number>> = { ok: 0, starting: 1, failed: 2 }

/** Parts that share a process are one row, as its memory is theirs together; a part without one is a row of its own. */
export function processesOf(parts: Readonly<Record<string, PlaneHealth>>): readonly ProcessRow[] {
  const rows = new Map<string, ProcessRow>()
  for (const [name, { status, message, pid, residentBytes }] of Object.entries(parts)) {
    const key = pid === undefined ? name : String(pid)
    const known = rows.get(key)
    const isWorse = known === undefined || BADNESS[status] > BADNESS[known.status]
    rows.set(key, {
      name: known === undefined ? name : `${known.name}, ${name}`,
      status: isWorse ? status : known.status,
      message: isWorse ? message : known.message,
      pid: pid ?? null,
      residentBytes: residentBytes ?? known?.residentBytes ?? null,
    })
  }
  return [...rows.values()]
}
