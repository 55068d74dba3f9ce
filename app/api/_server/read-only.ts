import { READ_ONLY_REASON } from '@/lib/dashboard-api/access'
import { DashboardFailure } from './respond'

/** Whether this dashboard was started to change nothing; the supervisor passes the setting on once it has read it. */
export function isReadOnly(): boolean {
  return process.env['MIRRORBOARD_READ_ONLY'] === 'true'
}

/** Throws a 403 where nothing may be changed. The server refuses all requests but those that may be harmless before they come here. */
export function refuseIfReadOnly(): void {
  if (isReadOnly())
    throw new DashboardFailure(403, { code: 'read-only', message: READ_ONLY_REASON })
}
