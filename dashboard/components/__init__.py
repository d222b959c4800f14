"""Parts of pages. Each owns the widgets it draws and their state."""
