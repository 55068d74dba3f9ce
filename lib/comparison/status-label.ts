/** Both answers of a pair → this → how they ended: `200`, a gRPC status by its name, or `failed: timeout`. */
import type { CapturedAnswer, CapturedExchange, HeaderLine } from '@/lib/comparison/exchange'

/** By their numbers: https://grpc.io/docs/guides/status-codes/ */
const GRPC_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

/** Those that are the server's failure, as OpenTelemetry's conventions for server spans have it, and an exhausted server. */
const SERVER_ERRORS: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

/** What a client makes of an answer without one: https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const BY_HTTP_STATUS: Readonly<Record<number, string>> = {
  400: 'INTERNAL',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  429: 'UNAVAILABLE',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
}

/** Fields that say how a call ended: trailers, or headers where nothing else comes (Trailers-Only). */
export const GRPC_STATUS_FIELDS: ReadonlySet<string> = new Set([
  'grpc-status',
  'grpc-message',
  'grpc-status-details-bin',
])

/** Whether the pair is of a gRPC call: by the request, or by either answer. */
export function isGrpc({ request, primary, mirror }: CapturedExchange): boolean {
  return (
    isGrpcType(request.headers) ||
    [primary, mirror].some(
      (answer) =>
        answer.outcome === 'answered' &&
        (isGrpcType(answer.headers) || /^\d{1,2}$/.test(grpcStatus(answer) ?? '')),
    )
  )
}

function isGrpcType(lines: readonly HeaderLine[]): boolean {
  return fieldOf(lines, 'content-type')?.toLowerCase().startsWith('application/grpc') ?? false
}

function fieldOf(lines: readonly HeaderLine[], name: string): string | undefined {
  return lines.find(([own]) => own === name)?.[1]
}

function grpcStatus(answer: Extract<CapturedAnswer, { outcome: 'answered' }>): string | undefined {
  return fieldOf(answer.trailers ?? [], 'grpc-status') ?? fieldOf(answer.headers, 'grpc-status')
}

/** How both answers ended, as the status matrix names it. */
export function statusLabels(
  exchange: CapturedExchange,
): readonly [primary: string, mirror: string] {
  const isCall = isGrpc(exchange)
  return [labelOf(exchange.primary, isCall), labelOf(exchange.mirror, isCall)]
}

function labelOf(answer: CapturedAnswer, isCall: boolean): string {
  if (answer.outcome === 'failed') return `failed: ${answer.reason}`
  if (!isCall) return String(answer.status)
  const code = grpcStatus(answer)
  if (code === undefined) return BY_HTTP_STATUS[answer.status] ?? 'UNKNOWN'
  return (/^\d{1,2}$/.test(code) ? GRPC_NAMES[Number(code)] : undefined) ?? 'UNKNOWN'
}

function isGrpcName(label: string): boolean {
  return GRPC_NAMES.some((name) => name === label)
}

/** Answers of one class can be compared; those of two have nothing to do with each other. */
export function statusClass(label: string): string {
  if (isGrpcName(label)) return label === 'OK' ? label : 'not OK'
  return label.charAt(0)
}

/** Whether a status of the matrix is the server's failure. */
export function isServerError(label: string): boolean {
  return isGrpcName(label) ? SERVER_ERRORS.has(label) : !/^[1-4]\d\d$/.test(label)
}

/** Whether the mirror failed what the primary did not; of a call that is OK, any other status is a failure. */
export function isMirrorFailure(primary: string, mirror: string): boolean {
  if (isServerError(primary)) return false
  return isServerError(mirror) || (primary === 'OK' && mirror !== 'OK')
}
