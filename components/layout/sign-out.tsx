import { LogOut } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { LOGOUT_PATH } from '@/lib/dashboard-api/session'

/** Says who is signed in, and ends the session on this browser and of every copy of its cookie. Drafts stay. */
export function SignOut({ name }: { name: string }) {
  return (
    <form method="post" action={LOGOUT_PATH}>
      <Button
        type="submit"
        variant="ghost"
        size="icon"
        aria-label={`Sign out ${name}`}
        title={`Signed in as ${name}. Sign out`}
      >
        <LogOut size={16} aria-hidden />
      </Button>
    </form>
  )
}
