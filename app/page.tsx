import { redirect } from 'next/navigation'
import { page } from '@/lib/dashboard-api/paths'

export default function HomePage() {
  redirect(page.routes())
}
