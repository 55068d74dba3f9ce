/**
 * Ends the process on SIGINT and SIGTERM: `stop` runs once however often it is asked, then the process exits, with
 * code 1 when `stop` rejected. Returns the same ending for causes other than a signal.
 */
export function endOnSignals(stop: () => Promise<void>): () => void {
  let isStopping = false
  const end = () => {
    if (isStopping) return
    isStopping = true
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return end
}
