"""What Excel calls: the functions of cells and the commands of the ribbon, through xlwings."""
