"""crm_xl: customer analysis inside Excel."""
