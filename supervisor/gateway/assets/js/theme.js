// Runs before the first paint, so that a chosen theme does not flash: "light", "dark", or what the system says.
try {
  const theme = localStorage.getItem('mainstay.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch { /* storage may be forbidden: then it is the system's theme */ }
