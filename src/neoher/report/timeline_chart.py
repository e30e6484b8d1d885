"""placeholder"""
def timeline_chart(events): return ""
