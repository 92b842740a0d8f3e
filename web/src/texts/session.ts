// Texts of signing in and out.
export const session = {
  title: 'Sign in to OneVault',
  user: 'User',
  password: 'Password',
  signIn: 'Sign in',
  signInWith: (name: string) => `Sign in with ${name}`,
  signOut: 'Sign out',
  account: 'Your account',
  help: 'Users are those of OneVault: what oneuser list shows.',
};
