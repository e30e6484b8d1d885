"""Published rates of complete response for patients like her, side by side; no probability of her own."""
