import { BackendDialog } from '@/components/backends/backend-dialog'
import type { CreateBackendFix } from '@/lib/validation/diagnostic'

/** What a workspace opens for a backend that its text names and the cluster lacks. */
export function missingBackend(backend: CreateBackendFix, onClose: () => void) {
  return <BackendDialog initial={{ ...backend, replicas: 1 }} onClose={onClose} />
}
