"""Everything that the person can ask the window for, as data; menus, toolbar, lists and shortcuts are made of it."""
