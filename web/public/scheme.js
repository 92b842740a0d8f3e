// Runs before anything is painted, so that a page in dark does not begin with a white flash.
(() => {
  const kept = localStorage.getItem('onevault-color-scheme');
  const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
})();
