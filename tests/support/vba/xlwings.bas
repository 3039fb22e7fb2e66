Attribute VB_Name = "xlwings"
' Stands in for xlwings in LibreOffice: writes down what is asked of Python and of Excel.
Option Explicit

Public fails As Boolean
Public editing As Boolean
Public buttonName As String
Private log As String

Public Sub Note(ByVal text As String)
    log = log & text & vbLf
End Sub

Public Function Noted() As String
    Noted = log
    log = ""
End Function

Public Function RunPython(ByVal command As String)
    Note "run: " & command
    If fails Then Err.Raise 1000, Description:="no server"
End Function

Public Function XLPy() As Object
    If fails Then Err.Raise 1000, Description:="no server"
    Set XLPy = New FakePython
End Function

Public Function StubCaller() As Object
    Set StubCaller = ThisWorkbook.Worksheets(1).Range("B7")
End Function

Public Function ValueOf(ByVal target As Object) As Variant
    ' LibreOffice gives nothing for a cell in error: here the whole column A is in error.
    If target.Column = 1 Then
        ValueOf = CVErr(2042)
    Else
        ValueOf = target.Value
    End If
End Function

Public Function Ready() As Boolean
    Ready = Not editing
End Function

Public Function AlternativeText(ByVal name As String) As String
    If name = "Button 1" Then AlternativeText = "btn_check"
End Function

Public Sub MacroOptions(Macro, Description, Category, Optional ArgumentDescriptions)
    Dim text As String
    text = "help: " & Macro & " | " & Category & " | " & Description
    If Not IsMissing(ArgumentDescriptions) Then text = text & " | " & Join(ArgumentDescriptions, " | ")
    Note text
End Sub

Public Sub OnTime(EarliestTime, Procedure, Optional LatestTime, Optional Schedule)
    If IsMissing(Schedule) Then
        Note "timer: " & Procedure
    Else
        Note "timer off: " & Procedure
    End If
End Sub

Public Sub Popup(ByVal text As String, ByVal seconds As Long, ByVal title As String, ByVal icon As Long)
    Note "told: " & title & ": " & text
End Sub
